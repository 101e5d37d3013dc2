import { Html } from "@elysiajs/html";
import type { FilterValues } from "../../src/storage/queries/filter-values.ts";
import type { HistoryQuery } from "../../src/web/api/history-schema.ts";
import { attribute } from "../attribute.ts";
import { canvasName, operationName, STATUSES } from "../words.ts";

export interface HistoryFiltersProps {
  readonly query: HistoryQuery;
  readonly values: FilterValues;
  readonly basePath: string;
  readonly names: ReadonlyMap<string, string>;
}

/** A plain form: it works without scripts, and every search has an address of its own. */
export function HistoryFilters({ query, values, basePath, names }: HistoryFiltersProps): string {
  return (
    <form class="card filters" method="get" action={`${basePath}/history`}>
      <div class="field span-2">
        <label for="q">Words in prompt or answer</label>
        <input id="q" name="q" type="search" value={attribute(query.q ?? "")} maxlength="300" />
      </div>
      <div class="field">
        <label for="from">From (UTC)</label>
        <input id="from" name="from" type="datetime-local" value={minutesOf(query.from)} />
      </div>
      <div class="field">
        <label for="to">To (UTC)</label>
        <input id="to" name="to" type="datetime-local" value={minutesOf(query.to)} />
      </div>
      <Choice
        name="canvas"
        label="Canvas"
        chosen={query.canvas}
        values={values.canvases}
        textOf={(id) => canvasName(id, names)}
      />
      <Choice name="status" label="Status" chosen={query.status} values={STATUSES} />
      <Choice
        name="operation"
        label="Kind"
        chosen={query.operation}
        values={values.operations}
        textOf={operationName}
      />
      <Choice name="model" label="Model" chosen={query.model} values={values.models} />
      <div class="row">
        <button class="button primary" type="submit">
          Search
        </button>
        <a href={`${basePath}/history`}>Reset</a>
      </div>
    </form>
  ) as string;
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly chosen: string | undefined;
  readonly values: readonly string[];
  /** How a value is called; by itself when absent. */
  readonly textOf?: (value: string) => string;
}

function Choice({ name, label, chosen, values, textOf = (value) => value }: ChoiceProps): string {
  // What is asked for may be gone from the history; it stays visible all the same.
  const all = chosen && !values.includes(chosen) ? [chosen, ...values] : values;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">Any</option>
        {all.map((value) => (
          <option value={attribute(value)} selected={value === chosen} safe>
            {textOf(value)}
          </option>
        ))}
      </select>
    </div>
  ) as string;
}

/** The only form of a time that the field of a browser takes. */
function minutesOf(time: string | undefined): string {
  return time === undefined ? "" : time.slice(0, 16);
}
