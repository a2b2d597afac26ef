// The three kinds of trouble: findings (returned), DcnError (thrown), invariants (our bugs). Imports nothing.
export { DcnError, type DcnErrorOptions, type ErrorKind } from "./dcn-error.js";
export { type Finding, formatFinding, hasErrors, type Position, type Severity } from "./finding.js";
export { assertNever, InvariantError, invariant } from "./invariant.js";
