/** The mark of the product: a shield that encloses a C. */
export function Emblem({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path fill="var(--brand)" d="M16 1.5 28 6v9.5c0 7.2-4.9 12.6-12 15-7.1-2.4-12-7.8-12-15V6z" />
      <path
        fill="none"
        stroke="var(--on-brand)"
        strokeWidth="3"
        strokeLinecap="round"
        d="M20.6 12.3a6 6 0 1 0 0 7.4"
      />
    </svg>
  );
}
