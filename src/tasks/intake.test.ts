import { afterEach, beforeEach, expect, test } from "bun:test";
import { systemTimers, type Timers } from "../timers.ts";
import { SETTLE_MS, ServiceBench } from "./testing/service-bench.ts";

let services: ServiceBench;

beforeEach(async () => {
  services = await ServiceBench.begin();
});
afterEach(() => services.stop());

/** A question was answered while the stream showed nothing: the live picture still has it with its braces. */
async function answeredUnseen() {
  const { bench } = services;
  const settling: (() => void)[] = [];
  const timers: Timers = {
    ...systemTimers,
    schedule: (ms, run) => {
      if (ms !== SETTLE_MS) return systemTimers.schedule(ms, run);
      settling.push(run);
      bench.nudge();
      return () => settling.splice(settling.indexOf(run), 1);
    },
  };
  const service = await services.start({}, bench.journal, timers);
  const question = await bench.write("{{Why?}}");
  const settle = () => {
    for (const run of settling.splice(0)) run();
  };
  await bench.until(() => settling[0]);
  await bench.server.faults({ kind: "stream-stall" });
  settle();
  await services.answerAll(1);
  await services.ended(1);
  // The journal has it a moment before the service lets go of it.
  await service.drained();
  /** The stream brings the question as it was before; what comes of it is under way when this returns. */
  const showAsBefore = () => {
    service.onChanges(bench.board.canvasId, [{ kind: "updated", widget: question }]);
    settle();
  };
  return { service, question, showAsBefore };
}

test("an answered question that a lagging stream still shows is not journalled again", async () => {
  const { service, showAsBefore } = await answeredUnseen();
  showAsBefore();
  await service.close();
  expect(services.bench.rows().map(({ status }) => status)).toEqual(["succeeded"]);
});

test("an answered question that was deleted meanwhile is not journalled again", async () => {
  const { service, question, showAsBefore } = await answeredUnseen();
  await services.bench.server.canvas("DELETE", `notes/${question.id}`);
  showAsBefore();
  await service.close();
  expect(services.bench.rows()).toHaveLength(1);
  expect(services.bench.logger.text()).not.toContain("could not be accepted");
});

test("the very same question, asked once more while the stream lags, is answered once more", async () => {
  const { question, showAsBefore } = await answeredUnseen();
  await services.bench.server.widget("PATCH", `notes/${question.id}`, { text: question.text });
  showAsBefore();
  await services.answerAll(1);
  expect(await services.ended(2)).toEqual(["succeeded", "succeeded"]);
});
