import { Alert, Button, Input, Modal } from "antd";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";

/** A key just made, shown this once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useT();
  return (
    <Modal
      open
      title={t("api-key-made")}
      onCancel={onClose}
      mask={{ closable: false }}
      keyboard={false}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("api-key-stored")}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t("api-key-once")} className="form-alert" />
      <div className="link-row">
        <Input
          readOnly
          className="mono"
          value={secret}
          aria-label={t("api-key")}
          onFocus={(event) => event.target.select()}
        />
        <CopyButton text={secret} />
      </div>
      <p className="soft key-use">
        {t("api-key-use")} <code>Authorization: Bearer custos_…</code>
      </p>
    </Modal>
  );
}
