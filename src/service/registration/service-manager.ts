/** The commands of `canvuslocallm service`. Each prints what it did and returns an exit code. */
export interface ServiceManager {
  /** Registers the service, so that it starts with the system. Idempotent; settings that are there stay as they are. */
  install(): Promise<number>;
  /** Stops the service and takes its registration away; data, log files and settings stay. Idempotent. */
  uninstall(): Promise<number>;
  start(): Promise<number>;
  stop(): Promise<number>;
  /** Starts it, too, when it does not run. */
  restart(): Promise<number>;
  status(): Promise<number>;
  logs(follow: boolean): Promise<number>;
}
