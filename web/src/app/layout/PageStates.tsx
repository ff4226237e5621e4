import { Link } from "@tanstack/react-router";
import { Spin } from "antd";
import { useT } from "../../i18n/useT";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";

export function PagePending() {
  const t = useT();
  return (
    <div className="page-pending" role="status" aria-label={t("loading")}>
      <Spin />
    </div>
  );
}

export function PageFailure({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorState error={error} onRetry={reset} />;
}

export function PageMissing() {
  const t = useT();
  return (
    <EmptyState
      title={t("page-missing")}
      text={t("page-missing-text")}
      action={<Link to="/">{t("page-missing-home")}</Link>}
    />
  );
}
