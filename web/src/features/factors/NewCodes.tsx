import { Modal } from "antd";
import { useT } from "../../i18n/useT";
import { RecoveryCodes } from "../session/RecoveryCodes";
import "../session/public.css";

/** New recovery codes, shown this once. */
export function NewCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const t = useT();
  return (
    <Modal open closable={false} keyboard={false} footer={null} title={t("recovery-list")} width={480}>
      <RecoveryCodes codes={codes} onStored={onClose} />
    </Modal>
  );
}
