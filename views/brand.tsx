import { Html } from "@elysiajs/html";

/** Sign and name of the product. The name stands beside the sign, so the sign itself says nothing to screen readers. */
export function Brand(): string {
  return (
    <span class="brand">
      <svg class="brand-sign" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="9" />
        <path class="brand-note" d="M9 9h14v9l-5 5H9z" />
        <path class="brand-fold" d="M23 18h-5v5z" />
      </svg>
      <span class="brand-name">CanvusLocalLLM</span>
    </span>
  ) as string;
}
