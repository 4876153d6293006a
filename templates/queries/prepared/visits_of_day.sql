-- Visits of one day, such as '2026-11-27'.
SELECT visit_id, visited_at, age
FROM curated.visits
WHERE day = ?
ORDER BY visited_at;
