-- The newest visit of each day.
-- columns: day varchar, visited_at varchar
SELECT day, max(visited_at) AS visited_at
FROM curated.visits
GROUP BY day;
