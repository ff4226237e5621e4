/** What stands for a person: the last `length` characters of a Chinese name, the initials of another. */
export function initialsOf(name: string, length: 1 | 2 = 2): string {
  const trimmed = name.trim();
  if (/\p{Script=Han}/u.test(trimmed)) return [...trimmed].slice(-length).join("");
  return trimmed
    .split(/\s+/)
    .slice(0, length)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
}

export function Avatar({ name, small = false }: { name: string; small?: boolean }) {
  return (
    <span className={small ? "avatar avatar-small" : "avatar"} aria-hidden="true">
      {initialsOf(name, small ? 1 : 2)}
    </span>
  );
}
