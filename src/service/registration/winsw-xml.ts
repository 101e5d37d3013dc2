export interface WinswService {
  /** Full path of canvuslocallm.exe. */
  readonly executable: string;
  /** Settings, database and log files are kept here. */
  readonly dataFolder: string;
}

/**
 * The description of the service that WinSW reads. A stop reaches us as Ctrl+C, which begins the graceful shutdown;
 * only after 75 s, more than SHUTDOWN_TIMEOUT, the process and its children are ended by force.
 */
export function winswXml({ executable, dataFolder }: WinswService): string {
  const data = escaped(dataFolder);
  return `<?xml version="1.0" encoding="utf-8"?>
<!-- Written by "canvuslocallm service install", which replaces it. -->
<service>
  <id>canvuslocallm</id>
  <name>CanvusLocalLLM</name>
  <description>Answers prompts on Canvus canvases with local models</description>
  <executable>${escaped(executable)}</executable>
  <arguments>run --env-file "${data}\\canvuslocallm.env"</arguments>
  <workingdirectory>${data}</workingdirectory>
  <env name="CANVUSLLM_DATA_DIR" value="${data}"/>
  <startmode>Automatic</startmode>
  <stoptimeout>75 sec</stoptimeout>
  <stopparentprocessfirst>true</stopparentprocessfirst>
  <onfailure action="restart" delay="2 sec"/>
  <onfailure action="restart" delay="10 sec"/>
  <onfailure action="restart" delay="60 sec"/>
  <resetfailure>1 hour</resetfailure>
  <logpath>${data}\\logs</logpath>
  <log mode="roll-by-size">
    <sizeThreshold>10240</sizeThreshold>
    <keepFiles>5</keepFiles>
  </log>
</service>
`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
