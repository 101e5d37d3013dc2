import { serveRequests } from "./serve-requests.ts";
import { createWriterOperations } from "./writer-operations.ts";

// The only thread that writes to the database; the main thread never waits on a disk.
serveRequests(createWriterOperations());
