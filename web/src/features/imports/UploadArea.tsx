import { InboxOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Progress } from "antd";
import { useRef, useState } from "react";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";
import { uploadImport } from "./imports";

/** The most bytes the server takes in one file. */
const LIMIT_BYTES = 512 * 1024 * 1024;

/** Takes a file by drop or by choice and leads to its wizard. */
export function UploadArea() {
  const t = useT();
  const text = useProblemText();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController>(null);
  const [over, setOver] = useState(false);
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      abort.current = new AbortController();
      setShare(0);
      return uploadImport(file, setShare, abort.current.signal);
    },
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: ["imports", "list"] });
      await navigate({ to: "/imports/$id", params: { id } });
    },
  });
  const [tooLarge, setTooLarge] = useState(false);
  const take = (file: File | undefined) => {
    if (file === undefined || upload.isPending) return;
    setTooLarge(file.size > LIMIT_BYTES);
    if (file.size <= LIMIT_BYTES) upload.mutate(file);
  };

  if (upload.isPending) {
    return (
      <div className="upload panel">
        <strong>{t("upload-sending", { name: upload.variables.name })}</strong>
        <Progress percent={Math.round(share * 100)} />
        {share === 1 && <p className="soft">{t("upload-reading")}</p>}
        <Button size="small" onClick={() => abort.current?.abort()}>
          {t("cancel")}
        </Button>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button inside is everybody's.
    <div
      className={over ? "upload upload-over panel" : "upload panel"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files[0]);
      }}
    >
      <InboxOutlined className="upload-icon" aria-hidden />
      <p>
        <Button type="primary" onClick={() => input.current?.click()}>
          {t("upload-choose")}
        </Button>{" "}
        <span className="upload-drop">{t("upload-drop")}</span>
      </p>
      <p className="soft">{t("upload-note")}</p>
      <input
        ref={input}
        type="file"
        hidden
        data-testid="import-file"
        aria-label={t("upload-choose")}
        accept=".csv,.tsv,.txt,.xlsx"
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {tooLarge && <Alert type="error" showIcon title={t("upload-too-large")} />}
      {upload.isError && <Alert type="error" showIcon title={text.of(upload.error)} />}
    </div>
  );
}
