import { init } from "@embedpdf/pdfium";
import wasmPath from "@embedpdf/pdfium/pdfium.wasm" with { type: "file" };
import { AppError } from "../../errors/app-error.ts";
import { isOfSystem } from "../is-of-system.ts";

/** What is used of PDFium's C API (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_annot.h, fpdf_formfill.h). */
const FUNCTIONS = [
  "malloc",
  "free",
  "PDFiumExt_Init",
  "PDFiumExt_OpenFormFillInfo",
  "PDFiumExt_InitFormFillEnvironment",
  "PDFiumExt_ExitFormFillEnvironment",
  "PDFiumExt_CloseFormFillInfo",
  "FORM_OnAfterLoadPage",
  "FORM_OnBeforeClosePage",
  "FPDF_LoadCustomDocument",
  "FPDF_CloseDocument",
  "FPDF_GetLastError",
  "FPDF_GetPageCount",
  "FPDF_LoadPage",
  "FPDF_ClosePage",
  "FPDF_GetPageWidthF",
  "FPDF_GetPageHeightF",
  "FPDF_GetFormType",
  "FPDF_RenderPageBitmap",
  "FPDF_FFLDraw",
  "FPDFPage_SetRotation",
  "FPDFPage_GetRotation",
  "FPDFPage_CountObjects",
  "FPDFPage_GetObject",
  "FPDFPageObj_GetType",
  "FPDFPageObj_GetBounds",
  "FPDFPage_GetAnnotCount",
  "FPDFPage_GetAnnot",
  "FPDFPage_CloseAnnot",
  "FPDFAnnot_GetSubtype",
  "FPDFAnnot_GetRect",
  "FPDFAnnot_GetStringValue",
  "FPDFAnnot_GetFormFieldType",
  "FPDFAnnot_GetFormFieldValue",
  "FPDFAnnot_IsChecked",
  "FPDFText_LoadPage",
  "FPDFText_ClosePage",
  "FPDFText_CountChars",
  "FPDFText_GetUnicode",
  "FPDFText_IsGenerated",
  "FPDFText_IsHyphen",
  "FPDFText_GetCharAngle",
  "FPDFText_GetCharBox",
  "FPDFBitmap_CreateEx",
  "FPDFBitmap_Destroy",
  "FPDFBitmap_FillRect",
  "FPDFBitmap_GetBuffer",
  "FPDFBitmap_GetStride",
] as const;

/** Pointers and handles are numbers; 0 is none. */
type PdfiumFunctions = Readonly<Record<(typeof FUNCTIONS)[number], (...args: number[]) => number>>;

export interface Pdfium extends PdfiumFunctions {
  /** The library's memory; a view of it holds only until the next call. */
  readonly memory: WebAssembly.Memory;
  /** Makes a function callable for the library; see Emscripten's addFunction for the signature. */
  addFunction(run: (...args: number[]) => number, signature: string): number;
  removeFunction(pointer: number): void;
  readonly state: {
    /** It has crashed, so it cannot be used any more. */
    isBroken: boolean;
    /** A document wanted more memory than allowed. */
    ranOutOfMemory: boolean;
  };
}

/**
 * Loads PDFium. Above `maxBytes` it gets no more memory, and the call that needs it traps. It grows by a fifth at a
 * time, so it may take a fifth more than that.
 * The wrappers of the package are left out: they check each argument, which makes a call twenty times as slow, and
 * reading text takes several calls for each character.
 */
export async function loadPdfium(maxBytes: number): Promise<Pdfium> {
  const state = { isBroken: false, ranOutOfMemory: false };
  const wasm = await Bun.file(wasmPath).arrayBuffer();
  const instantiateWasm: InstantiateWasm = (imports, receive) => {
    const { env } = imports;
    const resize = env?.emscripten_resize_heap;
    if (env === undefined || typeof resize !== "function") throw new Error("PDFium has another interface");
    env.emscripten_resize_heap = (bytes: number) => {
      if (bytes >>> 0 <= maxBytes) return resize(bytes);
      state.ranOutOfMemory = true;
      return 0;
    };
    void WebAssembly.instantiate(wasm, imports).then(({ instance, module }) => receive(instance, module));
    return {};
  };
  const overrides = { instantiateWasm, print: () => undefined, printErr: () => undefined };
  const { pdfium } = await init(overrides as Parameters<typeof init>[0]);
  const exported: Readonly<Record<string, unknown>> = { ...pdfium.wasmExports };
  const { memory } = exported;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("PDFium has no memory");
  const library: Pdfium = {
    ...pickFunctions(exported),
    memory,
    addFunction: pdfium.addFunction,
    removeFunction: pdfium.removeFunction,
    state,
  };
  library.PDFiumExt_Init();
  return library;
}

type Imports = Record<string, Record<string, WebAssembly.ImportValue>>;
type InstantiateWasm = (
  imports: Imports,
  receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => object;

function pickFunctions(exported: Readonly<Record<string, unknown>>): PdfiumFunctions {
  const picked: Partial<Record<(typeof FUNCTIONS)[number], (...args: number[]) => number>> = {};
  for (const name of FUNCTIONS) {
    const run = exported[name];
    if (typeof run !== "function") throw new Error(`PDFium has no ${name}`);
    picked[name] = run as (...args: number[]) => number;
  }
  return picked as PdfiumFunctions;
}

/**
 * Runs what calls the library, and turns what it throws into an error of ours. When the library itself has thrown, it
 * cannot be used any more: `isBroken`, and what is left open in it is left to the end of the process.
 */
export function guarded<T>(pdfium: Pdfium, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    // What else is thrown (a trap, a full stack) has left the library in the middle of something.
    if (cause instanceof AppError || isOfSystem(cause)) throw cause;
    pdfium.state.isBroken = true;
    throw pdfium.state.ranOutOfMemory
      ? new AppError("PDF_TOO_LARGE", "The PDF takes more memory than it may.", { cause })
      : new AppError("PDF_INVALID", "The PDF is damaged in a way that cannot be read.", { cause });
  }
}
