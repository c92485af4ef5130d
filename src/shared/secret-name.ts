/** Whether the name of a variable marks its value as a secret. */
export function isSecretName(name: string): boolean {
  return /TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|DSN|DATABASE_URL/i.test(name)
}
