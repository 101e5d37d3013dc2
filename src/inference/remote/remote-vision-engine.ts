import type { Logger } from "../../observability/logger.ts";
import type { EngineStatus } from "../local-engine.ts";
import type { GenerateOptions, TextResult } from "../text-engine.ts";
import type { VisionEngine, VisionRequest } from "../vision-engine.ts";
import { Chat, type WireMessage } from "./chat.ts";
import { ModelFacts } from "./model-facts.ts";
import { readPicture } from "./picture-file.ts";
import { remoteStatus } from "./remote-status.ts";
import type { ServerClient } from "./server-client.ts";

export interface RemoteVisionEngineOptions {
  readonly client: ServerClient;
  /** As the server knows it; undefined for the only one that it has. */
  readonly model: string | undefined;
  readonly logger: Logger;
}

/** Looks at pictures with a model on another machine; they are sent along as data URLs. */
export class RemoteVisionEngine implements VisionEngine {
  readonly #client: ServerClient;
  readonly #chat: Chat;
  readonly #facts: ModelFacts;

  constructor({ client, model, logger }: RemoteVisionEngineOptions) {
    this.#client = client;
    this.#chat = new Chat(client, logger);
    this.#facts = new ModelFacts(client, model, 0);
  }

  status(): EngineStatus {
    return remoteStatus("vision", this.#client, this.#facts.knownName);
  }

  async describe(request: VisionRequest, options: GenerateOptions): Promise<TextResult> {
    const { imagePath, systemPrompt, prompt, maxTokens, temperature } = request;
    const { mimeType, base64 } = await readPicture(imagePath);
    const model = await this.#facts.name(options.signal);
    const url = `data:${mimeType};base64,${base64}`;
    const parts = [
      { type: "image_url", image_url: { url } },
      { type: "text", text: prompt },
    ];
    const system: WireMessage[] = systemPrompt === null ? [] : [{ role: "system", content: systemPrompt }];
    const messages = [...system, { role: "user", content: parts }];
    return this.#chat.complete({ model, messages, maxTokens, temperature }, options);
  }
}
