import { Alert, Button, Input, Modal } from "antd";
import { useT } from "../../../i18n/useT";
import { CopyButton } from "../../../ui/CopyButton";

interface Props {
  name: string;
  link: string;
  onClose: () => void;
}

/** The one-time link, shown this once. It is handed over by another way than the one it protects. */
export function SignInLinkDialog({ name, link, onClose }: Props) {
  const t = useT();
  const address = new URL(link, window.location.origin).href;
  return (
    <Modal
      open
      title={t("link-for", { name })}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={<Button onClick={onClose}>{t("close")}</Button>}
    >
      <Alert type="warning" showIcon title={t("link-once")} className="form-alert" />
      <div className="link-row">
        <Input
          readOnly
          className="mono"
          value={address}
          aria-label={t("link-for", { name })}
          onFocus={(event) => event.target.select()}
        />
        <CopyButton text={address} />
      </div>
    </Modal>
  );
}
