/**
 * Whether a service is likely to be a scheduler or a cron loop, by its name or by what it runs: a second one beside it would do
 * each job twice. A worker, which shares a queue, is not a scheduler.
 */
export function isScheduler(name: string, command: string): boolean {
  return (
    /(?:^|[-_])(?:cron|crond|cronjobs?|scheduler|schedule|beat|clock|nightly|hourly|ticker)(?:[-_]|$)/.test(
      name,
    ) ||
    /\b(?:celery\b.*\bbeat|crond?(?!\w)|supercronic|ofelia|schedule:(?:work|run)|jobs?:clock|clockwork|rqscheduler|apscheduler|yacron|go-crond)\b/.test(
      command,
    ) ||
    // A shell loop that sleeps for minutes: `while true; do backup; sleep 86400; done`.
    /\bwhile\b.*\bsleep\s+(?:\d{3,}|\d+[mhd])\b/s.test(command)
  )
}
