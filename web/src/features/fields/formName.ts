/** The name in a record's form for a field of the server's answer, which may say "fields.phone" or "phone". */
export function formName(field: string): string[] {
  return [field.replace(/^fields\./, "")];
}
