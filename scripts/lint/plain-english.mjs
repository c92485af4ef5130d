/**
 * Phrases that a reader has to read twice, each with plain words for it. A phrase is a regular expression of whole words; a
 * space in it matches any white space, and case counts only if the phrase has a capital. `example` is a text with the phrase,
 * for the test of this list. `only: 'messages'`: the phrase may stay in comments, in Markdown and in names of tests.
 *
 * @typedef {{ phrase: string, instead: string, example: string, only?: 'messages' }} Banned
 * @type {readonly Banned[]}
 */
export const banned = [
  {
    phrase: 'nobody',
    instead: 'name the subject, or use the passive: "no container uses it", "unused"',
    example: 'Nobody reads the warning.',
  },
  {
    phrase: '(?:some|any|every)body',
    instead: 'name the role: "a user", "another deploy", "an administrator"',
    example: 'Somebody else changed the file.',
  },
  {
    phrase: 'someone',
    instead: 'name the role: "a user", "another deploy", "an administrator"',
    example: 'Someone changed the file.',
  },
  {
    phrase: 'who(?:so)?ever',
    instead: 'name the role: "any user who", "a person with access"',
    example: 'Whoever opened the pull request runs code.',
  },
  {
    phrase: '(?:is|are|was|were|be) none',
    instead: '"is not a …", "does not exist", "there is no …"',
    example: 'The address is none that starts with https://.',
  },
  {
    phrase: 'none (?:is|are|was|were|has|have)',
    instead: '"no … is", "is not"',
    example: 'Where none is given, the default holds.',
  },
  {
    phrase: 'mend(?:s|ed|ing|able)?',
    instead: '"fix" for `check --fix`, "hint" for the next action, else "correct" or "repair"',
    example: 'Mend the file.',
  },
  {
    phrase: 'tells',
    instead: '"says", "shows", "prints", "reports", "returns"',
    example: 'Its status tells of the deploy.',
  },
  {
    phrase: '(?:is|was|be|been|gets?) told',
    instead: '"receives", "is notified", "is reported"',
    example: 'The user is told of it.',
  },
  {
    phrase: 'told of',
    instead: '"notified of", "reported"',
    example: 'They were told of it.',
  },
  {
    phrase: 'by (?:itself|themselves)',
    instead: '"automatically", "alone", "on its own"',
    example: 'The container stopped by itself.',
  },
  {
    phrase: 'for (?:a|one) moment more',
    instead: '"briefly", or the time',
    example: 'It waits for a moment more.',
  },
  { phrase: 'anew', instead: '"again"', example: 'Log in anew.' },
  { phrase: 'for ever', instead: '"forever", "never ends"', example: 'The check fails for ever.' },
  {
    phrase: '(?:enough|free|makes?|making|more|some|the|takes?|no|of|for) room',
    instead: '"disk space"',
    example: 'There is not enough room on the disk.',
  },
  {
    phrase: 'pass(?:es|ed|ing)? over',
    instead: '"ignore", "skip"',
    example: 'The action passes over it.',
  },
  {
    phrase: '(?:is|are|was|were|stays?) away',
    instead: '"is down", "is missing", "is unreachable"',
    example: 'The app is away.',
  },
  { phrase: 'go(?:es|ing)? on', instead: '"continue"', example: 'The script goes on.' },
  {
    phrase: 'troubles?',
    instead: '"failure", "problem", "outage"',
    example: 'A passing trouble of the network.',
  },
  {
    phrase: '(?:is|are|was|were) so already',
    instead: '"already has this value"',
    example: 'The file is so already.',
  },
  {
    phrase: 'than (?:it|they) may',
    instead: '"exceeded its limit"',
    example: 'A task took longer than it may.',
  },
  {
    phrase: 'mov(?:e|es|ed|ing) (?:the )?traffic|traffic (?:moves|moved|is moved)',
    instead: '"switch traffic"',
    example: 'Before traffic moves to the new release.',
  },
  {
    phrase: 'turn(?:s|ed|ing)? (?:nginx|the proxy|traffic)',
    instead: '"switch traffic"',
    example: 'Turn nginx to the new containers.',
  },
  { phrase: 'kept releases?', instead: '"archived release"', example: 'A kept release needs it.' },
  {
    phrase: '(?:faults?|it|drill) strikes?',
    instead: '"a fault happens", "is injected"',
    example: 'The fault strikes.',
  },
  {
    phrase: 'comes? from the shop',
    instead: '"freshly installed"',
    example: 'Debian as it comes from the shop.',
  },
  {
    phrase: 'life of (?:its|their) own|own life',
    instead: 'plain words',
    example: 'The process has its own life.',
  },
  {
    phrase: '(?<=(?:^|[.:;!?\\n])\\s*)(?:What|Who)(?= [^?.:;]*(?:[.:;]|$))',
    instead: 'a noun: "The output", "The running containers", "Users who"',
    example: 'What it printed is above.',
    only: 'messages',
  },
]
