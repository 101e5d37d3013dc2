import { badRequest } from "../http-failure.ts";
import { type FaultRule, isRequestRule, type RequestRule, type StreamRule } from "./fault-rule.ts";

export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly subscribe: boolean;
}

/** More rules in force are refused with 400. */
const MAX_RULES = 200;

type StreamRuleOf<K extends StreamRule["kind"]> = Extract<StreamRule, { kind: K }>;

/** Ten times 0.1 is not quite 1. */
const ROUNDING = 1e-9;

interface ActiveRule<R extends FaultRule = FaultRule> {
  readonly rule: R;
  readonly matches: (path: string) => boolean;
  hits: number;
  /** Sums up the rate; each time it reaches 1 the rule strikes, so that rates need no dice. */
  due: number;
  readonly removed: PromiseWithResolvers<void>;
}

/** The rules in force, and which of them strike when. */
export class FaultPlan {
  #active: ActiveRule[] = [];
  readonly #listeners = new Set<() => void>();

  /** @throws HttpFailure 400 when there are too many */
  add(rules: readonly FaultRule[]): void {
    if (this.#active.length + rules.length > MAX_RULES) throw badRequest("Too many fault rules");
    for (const rule of rules) {
      this.#active.push({
        rule,
        matches: glob(rule.path),
        hits: 0,
        due: 0,
        removed: Promise.withResolvers(),
      });
    }
    this.#changed();
  }

  /** Removes one rule, or all of them. */
  remove(id?: string): void {
    const gone = this.#active.filter(({ rule }) => id === undefined || rule.id === id);
    this.#active = this.#active.filter((active) => !gone.includes(active));
    for (const { removed } of gone) removed.resolve();
    this.#changed();
  }

  get rules(): readonly (FaultRule & { readonly hits: number })[] {
    return this.#active.map(({ rule, hits }) => ({ ...rule, hits }));
  }

  /** The request rules that strike now, in the order they were added; counts them as hit. */
  takeRequestFaults(when: RequestRule["when"], facts: RequestFacts): readonly RequestRule[] {
    const struck: RequestRule[] = [];
    for (const active of this.#active) {
      const { rule } = active;
      if (!isRequestRule(rule) || rule.when !== when || !active.matches(facts.path)) continue;
      if (rule.method !== undefined && rule.method !== facts.method) continue;
      if (rule.subscribe !== undefined && rule.subscribe !== facts.subscribe) continue;
      if (strikes(active)) struck.push(rule);
    }
    return struck;
  }

  /** The first rule of that kind that strikes this stream now; counts it as hit. */
  takeStreamFault<K extends StreamRule["kind"]>(kind: K, path: string): StreamRuleOf<K> | undefined {
    return this.#streamRules(kind, path).find(strikes)?.rule;
  }

  /** The first rule of that kind in force for this stream, without counting. */
  standing<K extends StreamRule["kind"]>(kind: K, path: string): StreamRuleOf<K> | undefined {
    return this.#streamRules(kind, path)[0]?.rule;
  }

  /** Resolves when the rule is no longer in force. */
  async removal(id: string): Promise<void> {
    await this.#active.find(({ rule }) => rule.id === id)?.removed.promise;
  }

  /** Whether a rule's path filter lets it act on that path. */
  covers(rule: FaultRule, path: string): boolean {
    return glob(rule.path)(path);
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #streamRules<K extends StreamRule["kind"]>(kind: K, path: string): ActiveRule<StreamRuleOf<K>>[] {
    return this.#active.filter((active) => isOfKind(active, kind)).filter(({ matches }) => matches(path));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isOfKind<K extends StreamRule["kind"]>(
  active: ActiveRule,
  kind: K,
): active is ActiveRule<StreamRuleOf<K>> {
  return active.rule.kind === kind;
}

function strikes(active: ActiveRule): boolean {
  if (active.rule.count !== undefined && active.hits >= active.rule.count) return false;
  active.due += active.rule.rate;
  if (active.due < 1 - ROUNDING) return false;
  active.due -= 1;
  active.hits += 1;
  return true;
}

function glob(pattern: string): (path: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (path) => expression.test(path);
}
