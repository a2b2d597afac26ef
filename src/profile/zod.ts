// zod as this room uses it. It can compile each schema for speed, which pays in a program that runs for long; a command reads its few
// documents and is over, so it would compile more than it reads (bench/run.js).
import { z } from "zod";

z.config({ jitless: true });

export { z };
