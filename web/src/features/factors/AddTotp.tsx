import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Form, Input, Modal, Spin } from "antd";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { AuthenticatorSecret, FirstCode, MADE_ONCE } from "../session/NewAuthenticator";
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
    ...MADE_ONCE,
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
          <AuthenticatorSecret secret={data} />
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
            <FirstCode />
            <Form.Item name="name" label={t("factor-name")} extra={t("factor-name-example")}>
              <Input maxLength={NAME_LENGTH} />
            </Form.Item>
          </Form>
        </>
      )}
    </Modal>
  );
}
