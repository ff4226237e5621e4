import { Button, type FormInstance } from "antd";
import { useT } from "../i18n/useT";

interface Props {
  form: FormInstance;
  onClose: () => void;
  /** What the button says that sends the form; to save, if nothing else is said. */
  submit?: string;
  pending?: boolean;
  disabled?: boolean;
  danger?: boolean;
  /** There is nothing to send, or nothing left: the drawer can only be closed. */
  closeOnly?: boolean;
}

/** The foot of a drawer with a form: leave it, or send it. */
export function DrawerButtons(props: Props) {
  const {
    form,
    onClose,
    submit,
    pending = false,
    disabled = false,
    danger = false,
    closeOnly = false,
  } = props;
  const t = useT();
  return (
    <div className="drawer-buttons">
      <Button onClick={onClose}>{t(closeOnly ? "close" : "cancel")}</Button>
      {!closeOnly && (
        <Button type="primary" danger={danger} disabled={disabled} loading={pending} onClick={form.submit}>
          {submit ?? t("save")}
        </Button>
      )}
    </div>
  );
}
