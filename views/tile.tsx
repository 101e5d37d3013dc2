import { Html } from "@elysiajs/html";

export interface TileProps {
  readonly name: string;
  readonly value: string;
  /** A few words below the figure. */
  readonly note?: string;
}

/** One figure with its name. */
export function Tile({ name, value, note }: TileProps): string {
  return (
    <div class="tile">
      <span class="tile-name" safe>
        {name}
      </span>
      <span class="tile-value" safe>
        {value}
      </span>
      {note === undefined ? (
        ""
      ) : (
        <span class="quiet small" safe>
          {note}
        </span>
      )}
    </div>
  ) as string;
}
