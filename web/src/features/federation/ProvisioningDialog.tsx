import { Alert, Modal } from "antd";
import { useT } from "../../i18n/useT";
import { provisioningUri } from "./federation";
import { Address } from "./ProviderDrawer";

/** The token for provisioning, this once. */
export function ProvisioningDialog({ token, onClose }: { token: string; onClose: () => void }) {
  const t = useT();
  return (
    <Modal
      open
      title={t("provider-token")}
      onCancel={onClose}
      onOk={onClose}
      cancelButtonProps={{ hidden: true }}
    >
      <Alert type="warning" showIcon title={t("provider-token-once")} className="form-alert" />
      <Address label={t("provider-token-address")} address={provisioningUri()} />
      <Address label={t("provider-token-value")} address={token} />
    </Modal>
  );
}
