import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { rulesQuery } from "../access";
import { ReviewDialog } from "./ReviewDialog";
import { StaleDialog } from "./StaleDialog";
import { TrialDrawer } from "./TrialDrawer";
import type { Access } from "./useAccess";

/** What is changed and not in force yet, and what can be done about it. */
export function DraftBar({ access }: { access: Access }) {
  const t = useT();
  const may = useMay();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"review" | "trial" | "stale" | null>(null);
  const { draft, changes, stale, replace } = access;
  if (draft === null) return null;
  const close = () => setOpen(null);
  const discard = () =>
    modal.confirm({
      title: t("access-discard-title", { count: changes.length }),
      okText: t("access-discard"),
      okButtonProps: { danger: true },
      onOk: () => replace(null),
    });
  const onStale = async () => {
    await queryClient.refetchQueries({ queryKey: rulesQuery.queryKey });
    setOpen("stale");
  };
  return (
    <section className="save-bar draft-bar" aria-label={t("access-draft")}>
      <span className="soft" role="status">
        {t("access-changes", { count: changes.length })}
        {stale && (
          <Button type="link" size="small" onClick={() => setOpen("stale")}>
            {t("access-stale-short")}
          </Button>
        )}
      </span>
      <Button onClick={discard}>{t("access-discard")}</Button>
      {may("access_rules.explain") && <Button onClick={() => setOpen("trial")}>{t("access-trial")}</Button>}
      <Button type="primary" onClick={() => setOpen(stale ? "stale" : "review")}>
        {t("access-submit")}
      </Button>
      {open === "review" && (
        <ReviewDialog
          draft={draft}
          changes={changes}
          onStale={onStale}
          onClose={close}
          onSaved={() => replace(null)}
        />
      )}
      {open === "stale" && access.saved.data !== undefined && (
        <StaleDialog
          draft={draft}
          newer={access.saved.data}
          onClose={close}
          onKeep={(kept) => {
            replace(kept);
            setOpen(kept === null ? null : "review");
          }}
        />
      )}
      {open === "trial" && <TrialDrawer draft={draft} onClose={close} />}
    </section>
  );
}
