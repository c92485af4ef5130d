import type { Layout } from './layout.ts'
import type { Shape, ShapeService } from './shape.ts'

/** What a service waits for, as Compose writes it: names, or a condition for each name. */
export type DependsOn = readonly string[] | Record<string, { condition: string }>

/** Services that others wait for to be healthy, though their compose file has no check: their image has one. */
export function checkedByImage(shape: Shape): ReadonlySet<string> {
  const byName = new Map(shape.services.map((it) => [it.name, it]))
  return new Set(
    shape.services.flatMap(({ depends_on: names = [], conditions = [] }) => {
      if (!conditions.includes('service_healthy') || conditions.includes('service_started')) return []
      const isEnding = (it: ShapeService): boolean =>
        it.restart === 'no' && conditions.includes('service_completed_successfully')
      return names.filter((name) => {
        const service = byName.get(name)
        return service !== undefined && !hasCheck(service) && !isEnding(service)
      })
    }),
  )
}

/** Whether the compose file gives it a health check. */
export function hasCheck({ healthcheck }: ShapeService): boolean {
  return healthcheck !== undefined && healthcheck !== 'disabled'
}

/** What a service waits for: a shape has the names and the set of conditions, and what each name is says which is its. */
export function dependsOn(
  service: ShapeService,
  { shape, layout, started }: { shape: Shape; layout: Layout; started: (service: ShapeService) => boolean },
): DependsOn | undefined {
  const { depends_on: names = [], conditions = [] } = service
  const byImage = checkedByImage(shape)
  const there = shape.services.filter((it) => names.includes(it.name) && (started(it) || !started(service)))
  if (there.length === 0) return undefined
  if (conditions.length === 0) return there.map(({ name }) => name)
  const conditionFor = (it: ShapeService): string => {
    const isOnce = layout.roles.get(it.name) === 'once'
    if (isOnce && conditions.includes('service_completed_successfully'))
      return 'service_completed_successfully'
    const isChecked = hasCheck(it) || byImage.has(it.name)
    return isChecked && conditions.includes('service_healthy') ? 'service_healthy' : 'service_started'
  }
  return Object.fromEntries(there.map((it) => [it.name, { condition: conditionFor(it) }]))
}
