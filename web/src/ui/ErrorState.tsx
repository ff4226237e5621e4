import { Button } from "antd";
import { toApiError } from "../api/problem";
import { useT } from "../i18n/useT";
import { EmptyState } from "./EmptyState";
import { useProblemText } from "./useProblemText";

/** A page or panel that could not be loaded. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const text = useProblemText();
  const { status } = toApiError(error);
  return (
    <div role="alert">
      <EmptyState
        title={status === 404 ? t("not-found") : t("failed-title")}
        text={status === 404 ? t("not-found-text") : text.of(error)}
        action={onRetry && status !== 404 ? <Button onClick={onRetry}>{t("retry")}</Button> : undefined}
      />
    </div>
  );
}
