// XML in and out: the only room that knows an XML library.
export { COMMENT, childOf, childrenOf, element, type XmlElement } from "./element.js";
export { type ParseXmlOptions, parseXml } from "./parse.js";
export { isXmlText, type WriteXmlOptions, writeXml } from "./write.js";
