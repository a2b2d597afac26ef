// Ticket managers of groups that span sites → booth.conf (boothd(8)).
export { BOOTH_KEY_FILE, boothConfPath, renderBoothConf } from "./render.js";
