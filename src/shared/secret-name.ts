/** Whether the name of a variable says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return /TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|DSN|DATABASE_URL/i.test(name)
}
