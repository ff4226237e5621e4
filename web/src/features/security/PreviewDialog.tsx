import { Alert, Modal } from "antd";
import type { AffectedPeople, SecurityPreview } from "../../api/types";
import { useT } from "../../i18n/useT";

interface Props {
  preview: SecurityPreview;
  saving: boolean;
  onSave: () => void;
  onClose: () => void;
}

const LISTS = ["barred", "sessions", "passwords", "factors"] as const;

/** Whom the settings would concern, before they are saved. */
export function PreviewDialog({ preview, saving, onSave, onClose }: Props) {
  const t = useT();
  const concerned = LISTS.filter((list) => preview[list].total > 0);
  return (
    <Modal
      open
      title={t("security-preview")}
      okText={t("save")}
      okButtonProps={{ danger: preview.barred.total > 0, loading: saving }}
      cancelText={t("cancel")}
      onOk={onSave}
      onCancel={onClose}
    >
      <p className="soft">
        {t("security-preview-note", { accounts: preview.accounts, located: preview.located })}
      </p>
      {concerned.length === 0 ? (
        <Alert type="success" showIcon title={t("security-preview-none")} />
      ) : (
        concerned.map((list) => <Affected key={list} list={list} people={preview[list]} />)
      )}
    </Modal>
  );
}

function Affected({ list, people }: { list: (typeof LISTS)[number]; people: AffectedPeople }) {
  const t = useT();
  const more = people.total - people.people.length;
  return (
    <section className="affected">
      <h3>{t(`security-affected-${list}`, { total: people.total })}</h3>
      <ul>
        {people.people.map(({ id, name, by }) => (
          <li key={id}>
            <strong>{name}</strong> <span className="soft">{t(`security-by-${by}`)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="soft">{t("security-affected-more", { more })}</p>}
    </section>
  );
}
