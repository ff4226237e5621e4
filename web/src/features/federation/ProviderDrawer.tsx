import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Drawer, Form, Input, Select } from "antd";
import { useState } from "react";
import { api, body, ifMatch } from "../../api/client";
import type { IdentityProvider, ProviderKind } from "../../api/types";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { departmentOptions, departmentsQuery } from "../admin/admin";
import { CONFIG, configOf, KINDS, logoutUri, providersQuery, redirectUri, samlAddresses } from "./federation";

interface Values {
  kind: ProviderKind;
  name: string;
  config: Record<string, string | string[] | undefined>;
  secret?: string;
  accounts: "create" | "link_only";
  department_id?: string | null;
}

interface Props {
  /** The provider to change; null to make one. */
  provider: IdentityProvider | null;
  /** Where people reach this server. */
  server: string;
  onClose: () => void;
}

export function ProviderDrawer({ provider, server, onClose }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const [kind, setKind] = useState<ProviderKind>(provider?.kind ?? "oidc");
  const { data: departments } = useQuery(departmentsQuery);
  const save = useMutation({
    mutationFn: ({ name, config, secret, accounts, department_id = null }: Values) => {
      const whole = { name, config: configOf(kind, config), accounts, department_id };
      const given = secret === undefined || secret === "" ? {} : { secret };
      if (provider === null) {
        return body(api.POST("/identity-providers", { body: { kind, ...whole, ...given } }));
      }
      const { id, version } = provider;
      return body(
        api.PATCH("/identity-providers/{id}", {
          params: { path: { id }, header: { "If-Match": ifMatch(version) } },
          body: { ...whole, ...given },
        }),
      );
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries(providersQuery);
      onClose();
    },
    onError: problem.show,
  });
  const required = { required: true, message: t("hint-required") };
  return (
    <Drawer
      open
      size={560}
      title={provider === null ? t("provider-create") : t("provider-edit")}
      onClose={onClose}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          submit={provider === null ? t("create") : t("save")}
          pending={save.isPending}
        />
      }
    >
      <FormAlert problem={problem} />
      {provider?.approved === true && (
        <Alert type="info" showIcon title={t("provider-edit-note")} className="form-alert" />
      )}
      {kind !== "ldap" && kind !== "saml" && (
        <>
          <p className="soft">{t("provider-redirect-note")}</p>
          <Address label={t("provider-redirect")} address={redirectUri(server)} />
        </>
      )}
      {provider?.kind === "saml" && <SamlAddresses server={server} id={provider.id} />}
      {provider?.kind === "oidc" && (
        <Address label={t("provider-logout")} address={logoutUri(server, provider.id)} />
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          kind,
          name: provider?.name,
          config: provider?.config as Values["config"] | undefined,
          accounts: provider?.accounts ?? "create",
          department_id: provider?.department_id,
        }}
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        <Form.Item name="kind" label={t("provider-kind")}>
          <Select
            disabled={provider !== null}
            onChange={(chosen: ProviderKind) => setKind(chosen)}
            options={KINDS.map((value) => ({ value, label: t(`provider-kind-${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="name" label={t("provider-name")} rules={[{ ...required, whitespace: true }]}>
          <Input maxLength={100} autoComplete="off" />
        </Form.Item>
        {(CONFIG[kind] ?? []).map((field) => (
          <Form.Item
            // Protocols share names, but not what stands there at first.
            key={`${kind}-${field.name}`}
            name={["config", field.name]}
            label={t(`provider-config-${field.name}`)}
            rules={field.required ? [required] : []}
            initialValue={provider === null ? field.initial?.() : undefined}
          >
            {field.list === true ? (
              <Select mode="tags" open={false} tokenSeparators={[" ", ","]} suffixIcon={null} />
            ) : field.long !== undefined ? (
              <Input.TextArea
                rows={6}
                spellCheck={false}
                placeholder={field.placeholder}
                maxLength={field.long}
              />
            ) : (
              <Input autoComplete="off" spellCheck={false} placeholder={field.placeholder} maxLength={512} />
            )}
          </Form.Item>
        ))}
        {kind !== "saml" && (
          <Form.Item
            name="secret"
            label={t(kind === "ldap" ? "provider-secret-ldap" : "provider-secret")}
            extra={provider?.has_secret === true ? t("provider-secret-kept") : undefined}
          >
            <Input.Password autoComplete="new-password" maxLength={4096} />
          </Form.Item>
        )}
        <Form.Item name="accounts" label={t("provider-accounts")}>
          <Select
            options={(["create", "link_only"] as const).map((value) => ({
              value,
              label: t(`provider-accounts-${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="department_id" label={t("provider-department")}>
          <Select allowClear options={departmentOptions(departments?.items ?? [])} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}

/** What has to be entered at a SAML provider. */
function SamlAddresses({ server, id }: { server: string; id: string }) {
  const t = useT();
  const { consumer, entity, metadata } = samlAddresses(server, id);
  return (
    <>
      <p className="soft">{t("provider-redirect-note")}</p>
      <Address label={t("provider-saml-entity")} address={entity} />
      <Address label={t("provider-saml-consumer")} address={consumer} />
      <Address label={t("provider-saml-metadata")} address={metadata} />
    </>
  );
}

/** An address to be copied into the provider's own settings. */
export function Address({ label, address }: { label: string; address: string }) {
  return (
    <div className="provider-address">
      <span>
        <span className="soft">{label}</span>
        <br />
        <code>{address}</code>
      </span>
      <CopyButton text={address} />
    </div>
  );
}
