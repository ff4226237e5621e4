import type { AccessReviewLine } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";

/** What is granted, when it was used and what is suggested, in words. */
export function useGrantWords() {
  const t = useT();
  const format = useFormat();
  const grant = ({ grant: it }: AccessReviewLine): string => {
    switch (it.kind) {
      case "role":
        return t(`role-${it.role}`);
      case "share":
        return t(it.write === true ? "reviews-share-write" : "reviews-share-read", {
          name: it.customer_name ?? t("reviews-some-customer"),
        });
      default:
        return it.name ?? "–";
    }
  };
  const use = (line: AccessReviewLine): string => {
    if (line.last_used_at != null) return t("reviews-used-at", { at: format.date(line.last_used_at) });
    if (line.unused_since != null) return t("reviews-unused-since", { at: format.date(line.unused_since) });
    return t("reviews-use-unknown");
  };
  const until = ({ grant: it }: AccessReviewLine): string | null =>
    it.until == null ? null : t("reviews-until", { at: format.date(it.until) });
  return { grant, use, until };
}
