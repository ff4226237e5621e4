import { KeyOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { passkeysSupported } from "../../api/passkey";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";

interface Props<T> {
  /** Asks the server, the browser, and the server again. */
  prove: () => Promise<T>;
  onProven: (answer: T) => void;
  onRefused?: (error: unknown) => void;
  primary?: boolean;
}

/** Proves a passkey. Shows nothing where the browser has none. */
export function PasskeyButton<T>({ prove, onProven, onRefused, primary = false }: Props<T>) {
  const t = useT();
  const text = useProblemText();
  const proof = useMutation({ mutationFn: prove, onSuccess: onProven, onError: onRefused });
  if (!passkeysSupported()) return null;
  return (
    <div className="passkey">
      {proof.isError && <Alert type="error" showIcon className="form-alert" title={text.of(proof.error)} />}
      <Button
        size="large"
        block
        type={primary ? "primary" : "default"}
        icon={<KeyOutlined aria-hidden />}
        loading={proof.isPending}
        onClick={() => proof.mutate()}
      >
        {t("passkey-use")}
      </Button>
    </div>
  );
}
