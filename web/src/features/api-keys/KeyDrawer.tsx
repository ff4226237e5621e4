import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Checkbox, Drawer, Form, Input, Select } from "antd";
import { api, body } from "../../api/client";
import type { ServiceAccount } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { linesOf } from "../security/security";
import { byResource, endAfter, LIVES, serviceAccountsQuery } from "./apiKeys";

interface Values {
  name: string;
  scopes?: string[];
  days: number;
  networks?: string;
}

interface Props {
  account: ServiceAccount;
  scopes: readonly string[];
  onClose: () => void;
  onMade: (secret: string) => void;
}

/** A list of the server is one field of this form. */
const nameOf = (field: string) => (field === "expires_at" ? ["days"] : [field.replace(/\[\d+\]$/, "")]);

/** Makes a key of a service account. */
export function KeyDrawer({ account, scopes, onClose, onMade }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form, nameOf);
  const make = useMutation({
    mutationFn: ({ name, scopes: chosen = [], days, networks = "" }: Values) =>
      body(
        api.POST("/service-accounts/{id}/keys", {
          params: { path: { id: account.id } },
          body: { name, scopes: chosen, networks: linesOf(networks), expires_at: endAfter(days) },
        }),
      ),
    onSuccess: async ({ secret }) => {
      await queryClient.invalidateQueries({ queryKey: serviceAccountsQuery.queryKey });
      onMade(secret);
    },
    onError: problem.show,
  });
  return (
    <Drawer
      open
      size={520}
      title={t("api-key-create-for", { name: account.name })}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} submit={t("create")} pending={make.isPending} />}
    >
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ days: 90 }}
        onFinish={(values) => {
          problem.clear();
          make.mutate(values);
        }}
      >
        <Form.Item
          name="name"
          label={t("api-key-name")}
          rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item
          name="scopes"
          label={t("api-key-scopes")}
          extra={t("api-key-scopes-note")}
          rules={[{ required: true, message: t("error-api_key-scopes-none") }]}
        >
          <Checkbox.Group className="scopes">
            {byResource(scopes).map(([resource, own]) => (
              <fieldset key={resource}>
                <legend>{t(`resource-${resource}`)}</legend>
                {own.map((scope) => (
                  <Checkbox key={scope} value={scope}>
                    {t(`api-scope-${scope.replace(".", "-")}`)}
                  </Checkbox>
                ))}
              </fieldset>
            ))}
          </Checkbox.Group>
        </Form.Item>
        <Form.Item name="days" label={t("api-key-life")}>
          <Select options={LIVES.map((days) => ({ value: days, label: t("api-key-days", { days }) }))} />
        </Form.Item>
        <Form.Item name="networks" label={t("api-key-networks")} extra={t("security-networks-note")}>
          <Input.TextArea className="mono grows" maxLength={2500} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
