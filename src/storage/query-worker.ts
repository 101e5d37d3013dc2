import { createQueryOperations } from "./query-operations.ts";
import { serveRequests } from "./serve-requests.ts";

// Reads only, on a connection of its own: a long report or check never delays a journal write.
serveRequests(createQueryOperations());
