import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Form, Input, Modal, Spin } from "antd";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { grouped, pictureAddress } from "../session/Enrolment";
import "../session/public.css";
import { NAME_LENGTH } from "./names";

interface Values {
  code: string;
  name: string;
}

/** Adds an authenticator app: picture, secret, proof. */
export function AddTotp({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const setup = useQuery({
    queryKey: ["factor-setup"],
    staleTime: Number.POSITIVE_INFINITY,
    // The secret must not outlive the dialog that shows it.
    gcTime: 0,
    retry: false,
    refetchOnReconnect: false,
    queryFn: () => body(api.POST("/me/factors/totp/options")),
  });
  const add = useMutation({
    mutationFn: ({ state, values }: { state: string; values: Values }) =>
      body(
        api.POST("/me/factors/totp", {
          body: { state, code: values.code.replace(/\s/g, ""), name: values.name },
        }),
      ),
    onSuccess: () => {
      void message.success(t("factor-added"));
      onClose();
    },
    onError: problem.show,
  });
  const { data } = setup;
  return (
    <Modal
      open
      title={t("factor-add-totp")}
      okText={t("enrol-confirm")}
      okButtonProps={{ loading: add.isPending, disabled: data === undefined }}
      onOk={form.submit}
      onCancel={onClose}
      width={480}
    >
      {setup.isError && <ErrorState error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.isPending && <Spin />}
      {data !== undefined && (
        <>
          <p className="soft">{t("enrol-note")}</p>
          <div className="qr">
            <img src={pictureAddress(data.qr_svg)} alt={t("enrol-picture")} />
            <div>
              <p className="soft">{t("enrol-manual")}</p>
              <code>{grouped(data.secret)}</code>
              <CopyButton text={data.secret} />
              <p>
                <a href={data.otpauth_uri}>{t("enrol-open-app")}</a>
              </p>
            </div>
          </div>
          <FormAlert problem={problem} />
          <Form<Values>
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ name: "" }}
            onFinish={(values) => {
              problem.clear();
              add.mutate({ state: data.state, values });
            }}
          >
            <Form.Item
              name="code"
              label={t("totp-code")}
              className="one-time"
              rules={[{ required: true, message: t("hint-required") }]}
            >
              <Input size="large" autoComplete="one-time-code" inputMode="numeric" maxLength={7} />
            </Form.Item>
            <Form.Item name="name" label={t("factor-name")} extra={t("factor-name-example")}>
              <Input maxLength={NAME_LENGTH} />
            </Form.Item>
          </Form>
        </>
      )}
    </Modal>
  );
}
