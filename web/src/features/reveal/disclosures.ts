import { api, body } from "../../api/client";

/** Reveals one field of a customer; the server writes reason and reader into its log first. */
export async function revealCustomerField(id: string, field: string, reason: string): Promise<string> {
  const answer = await body(
    api.POST("/customers/{id}/disclosures", { params: { path: { id } }, body: { field, reason } }),
  );
  return answer.value;
}

export async function revealContactField(
  id: string,
  contact_id: string,
  field: string,
  reason: string,
): Promise<string> {
  const answer = await body(
    api.POST("/customers/{id}/contacts/{contact_id}/disclosures", {
      params: { path: { id, contact_id } },
      body: { field, reason },
    }),
  );
  return answer.value;
}
