import { Alert } from "antd";
import { useSession } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";

/** Tells somebody from outside which period they see, and until when. */
export function EngagementNotice() {
  const t = useT();
  const format = useFormat();
  const { engagement } = useSession();
  if (engagement == null) return null;
  return (
    <Alert
      type="info"
      showIcon
      className="form-alert"
      title={t("external-notice", { firm: engagement.firm, until: format.dateTime(engagement.ends_at) })}
      description={t("external-notice-period", {
        from: format.dateTime(engagement.from),
        to: format.dateTime(engagement.to),
      })}
    />
  );
}
