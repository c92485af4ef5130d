/** Prefixes that only real credentials have: GitHub, AWS, Stripe, Slack, Google, npm, private keys. */
export const secretText =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk_live_\w{10,}|xox[abp]-[\w-]{10,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9]{32,})|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/]{40}/
