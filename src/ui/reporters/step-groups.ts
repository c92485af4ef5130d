/**
 * Puts the output of parallel steps into groups that do not nest: the output of the step that started first is printed
 * immediately, that of the others when their group opens.
 */
export type StepGroups = {
  start(stepId: number, title: string): void
  print(stepId: number, line: string): void
  finish(stepId: number, line: string): void
  /** Ends the open group and prints the waiting ones. */
  close(): void
}

type Group = { stepId: number; title: string; waiting: string[]; finished: boolean }

export function createStepGroups(output: {
  open: (title: string) => void
  line: (text: string) => void
  end: () => void
}): StepGroups {
  /** The first group is open; the others wait. */
  let groups: Group[] = []

  const openFirst = (): void => {
    for (let first = groups[0]; first; first = groups[0]) {
      output.open(first.title)
      for (const line of first.waiting.splice(0)) output.line(line)
      if (!first.finished) return
      output.end()
      groups = groups.slice(1)
    }
  }

  const print = (stepId: number, line: string): void => {
    const group = groups.find((each) => each.stepId === stepId)
    if (group && group !== groups[0]) group.waiting.push(line)
    else output.line(line)
  }

  return {
    start: (stepId, title) => {
      groups.push({ stepId, title, waiting: [], finished: false })
      if (groups.length === 1) openFirst()
    },
    print,
    finish: (stepId, line) => {
      print(stepId, line)
      const group = groups.find((each) => each.stepId === stepId)
      if (!group) return
      group.finished = true
      if (group !== groups[0]) return
      output.end()
      groups = groups.slice(1)
      openFirst()
    },
    close: () => {
      for (const group of groups) group.finished = true
      if (groups.length === 0) return
      output.end()
      groups = groups.slice(1)
      openFirst()
    },
  }
}
