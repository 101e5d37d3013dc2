import { serveRequests } from "../serve-requests.ts";
import { createWriterOperations } from "../writer-operations.ts";

const operations = createWriterOperations();

// Takes the row of one prompt and ends before anybody hears of it: the worst moment to die.
serveRequests({
  ...operations,
  begin(...args: Parameters<typeof operations.begin>) {
    const [row] = args;
    const isNew = !operations.live().some((each) => each.correlation_id === row.correlation_id);
    const result = operations.begin(...args);
    if (isNew && row.correlation_id === "3") process.exit(1);
    return result;
  },
});
