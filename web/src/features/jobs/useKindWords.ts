import { useT } from "../../i18n/useT";

/** The words of a kind of jobs; its code where a newer server has kinds this page does not know. */
export function useKindWords() {
  const t = useT();
  return (kind: string) => (t.has(`job-kind-${kind}`) ? t(`job-kind-${kind}`) : kind);
}
