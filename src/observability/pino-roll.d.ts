/** The parts of pino-roll that we use; the package brings no types. */
declare module "pino-roll" {
  export interface RollingStream {
    write(text: string): boolean;
    end(): void;
    destroy(): void;
    /** The file that is written now. */
    readonly file: string;
    on(event: "ready" | "drain" | "close", listener: () => void): this;
    on(event: "write", listener: (bytes: number) => void): this;
    on(event: "error", listener: (error: NodeJS.ErrnoException) => void): this;
  }

  export default function roll(options: {
    readonly file: string;
    /** With the unit b for bytes. */
    readonly size: string;
    readonly frequency: "daily";
    readonly dateFormat: string;
    readonly mode: number;
    readonly mkdir: boolean;
  }): Promise<RollingStream>;
}
