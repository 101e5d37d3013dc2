import { Elysia, t } from "elysia";
import { matches, parseEntry } from "../../observability/read-log.ts";
import type { EventStreams } from "../events/event-streams.ts";
import type { StatusFeed } from "../events/status-feed.ts";
import { withVisitor } from "../visitor.ts";
import type { WebSources } from "../web-sources.ts";
import { LOG_FILTER, logFilter } from "./logs-schema.ts";

const QUERY = t.Object({
  topic: t.Optional(
    t.Union([t.Literal("status"), t.Literal("log")], {
      description:
        "status (the default): event `status` when the service has changed, at most once a second. log: event `log` for each entry.",
    }),
  ),
  ...LOG_FILTER,
});

/** Server-sent events: `heartbeat` every four seconds, `dropped` when the client was too slow, and the topic's own. */
export function eventsApi({ logTail }: Pick<WebSources, "logTail">, streams: EventStreams, feed: StatusFeed) {
  return new Elysia({ name: "api events" }).use(withVisitor).get(
    "/api/v1/events",
    ({ visitor, query }) => {
      if (query.topic !== "log") {
        return streams.open(visitor, (send) => feed.listen((status) => send("status", status)));
      }
      const filter = logFilter(query);
      return streams.open(visitor, (send) =>
        logTail.listen((line, level) => {
          if (matches(line, level, filter)) send("log", parseEntry(line));
        }),
      );
    },
    {
      query: QUERY,
      detail: { summary: "Live events as a stream (text/event-stream), with a heartbeat every four seconds" },
    },
  );
}
