/** Models below this many parameters are computed faster by one thread than several can agree on who does what. */
const TINY_MODEL_PARAMETERS = 100_000_000;

/**
 * How many threads compute. Never all cores by default: the engine's threads spin while they wait for each other, and
 * on a machine whose cores are busy otherwise one answer then took 700 times as long (36.7 s instead of 0.05 s).
 *
 * @param setting the wanted number, 0 = automatic
 * @param physicalCores cores that are useful for arithmetic
 * @param parameters size of the model
 */
export function chooseThreads(setting: number, physicalCores: number, parameters: number): number {
  if (setting > 0) return setting;
  if (parameters < TINY_MODEL_PARAMETERS) return 1;
  return Math.max(1, Math.floor(physicalCores) - 1);
}
