import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox } from "antd";
import { useState } from "react";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { saveFile } from "../../ui/saveFile";

/** The recovery codes, shown this once. */
export function RecoveryCodes({ codes, onStored }: { codes: string[]; onStored: () => void }) {
  const t = useT();
  const [stored, setStored] = useState(false);
  const text = codes.join("\n");
  return (
    <>
      <Alert type="warning" showIcon title={t("recovery-once")} />
      <ol className="codes mono" aria-label={t("recovery-list")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="button-row">
        <CopyButton text={text} />
        <Button
          size="small"
          icon={<DownloadOutlined aria-hidden />}
          onClick={() =>
            saveFile(new Blob([`${text}\n`], { type: "text/plain" }), "custos-recovery-codes.txt")
          }
        >
          {t("download")}
        </Button>
      </div>
      <p>
        <Checkbox checked={stored} onChange={(event) => setStored(event.target.checked)}>
          {t("recovery-stored")}
        </Checkbox>
      </p>
      <Button type="primary" size="large" block disabled={!stored} onClick={onStored} className="public-form">
        {t("recovery-continue")}
      </Button>
    </>
  );
}
