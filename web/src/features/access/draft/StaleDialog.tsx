import { Button, Modal } from "antd";
import type { AccessRules } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { Differences } from "./Differences";
import { carriedOver, type Draft } from "./draft";

interface Props {
  draft: Draft;
  newer: AccessRules;
  onKeep: (draft: Draft | null) => void;
  onClose: () => void;
}

/** What others have saved while a draft was written, and whether the draft shall go on top of it. */
export function StaleDialog({ draft, newer, onKeep, onClose }: Props) {
  const t = useT();
  const { draft: carried, theirs, both } = carriedOver(draft, newer);
  return (
    <Modal
      open
      title={t("access-stale-title")}
      onCancel={onClose}
      width={520}
      footer={
        <div className="drawer-buttons">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button danger onClick={() => onKeep(null)}>
            {t("access-discard")}
          </Button>
          <Button type="primary" onClick={() => onKeep(carried)}>
            {t("access-stale-keep")}
          </Button>
        </div>
      }
    >
      <p className="soft">{t("access-stale-text")}</p>
      {theirs.length > 0 && (
        <>
          <h3 className="block-title">{t("access-stale-theirs")}</h3>
          <Differences changes={theirs} />
        </>
      )}
      {both.length > 0 && (
        <>
          <h3 className="block-title">{t("access-stale-both")}</h3>
          <p className="soft">{t("access-stale-both-note")}</p>
          <Differences changes={both} />
        </>
      )}
    </Modal>
  );
}
