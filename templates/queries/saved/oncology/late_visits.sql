-- Visits that were recorded, but did not reach the features on the same day.
SELECT visit_id, visited_at
FROM curated.visits
WHERE visit_id NOT IN (SELECT visit_id FROM features.visits)
ORDER BY visited_at;
